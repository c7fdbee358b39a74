/* What a form asks only with some answer, and the places of one country only.

   data-only-with="channel:thumbprint" on a field: it is asked with this answer to another one
   (or with several, after commas; with "!" before them, with any answer but these). What is out
   of sight is not sent. data-only-in="birth_country:El Salvador": asked of this country, or while
   none is chosen. data-narrowed-by="country" on a select that has a group for each country.
   Without JavaScript all of it is there, and the server says what does not fit. */

(() => {
  "use strict";

  const wrapperOf = (field) => field.closest("[id^=div_id_]") ?? field;

  /* The answer to a question; to one that is not asked there is none. */
  function answerTo(form, name) {
    const field = form.elements.namedItem(name);
    const first = field instanceof RadioNodeList ? field[0] : field;
    return first && !first.disabled ? field.value : "";
  }

  function nameTo(form, name) {
    const select = form.elements.namedItem(name);
    return select?.value ? select.selectedOptions[0].textContent.trim() : "";
  }

  function fits(field) {
    const { onlyWith, onlyIn } = field.dataset;
    if (onlyIn) {
      const [name, country] = onlyIn.split(":");
      return ["", country].includes(nameTo(field.form, name));
    }
    const [name, answers] = onlyWith.split(":");
    const but = answers.startsWith("!");
    const known = answers.replace("!", "").split(",");
    return known.includes(answerTo(field.form, name)) !== but;
  }

  /* What came back as wrong stays in sight until the answer that it hangs on is another. */
  function showOrHide(field, changed) {
    const wrapper = wrapperOf(field);
    const name = (field.dataset.onlyWith ?? field.dataset.onlyIn).split(":")[0];
    if (changed === name) wrapper.dataset.settled = "yes";
    const wrong = wrapper.querySelector(".is-invalid") && !wrapper.dataset.settled;
    const hidden = !fits(field) && !wrong;
    wrapper.hidden = hidden;
    wrapper.querySelectorAll("input, select, textarea").forEach((each) => {
      each.disabled = hidden;
    });
  }

  function narrow(select, changed) {
    const chosen = nameTo(select.form, select.dataset.narrowedBy);
    select.querySelectorAll("optgroup").forEach((group) => {
      const other = Boolean(chosen) && group.label !== chosen;
      const holds = [...group.children].some((each) => each.selected);
      const ends = changed === select.dataset.narrowedBy;
      if (other && holds && ends) select.value = "";
      group.hidden = group.disabled = other && !(holds && !ends);
    });
  }

  function refresh(form, changed) {
    form.querySelectorAll("[data-only-with], [data-only-in]").forEach((each) => {
      showOrHide(each, changed);
    });
    form.querySelectorAll("[data-narrowed-by]").forEach((each) => narrow(each, changed));
  }

  const refreshAll = () => document.querySelectorAll("form").forEach((each) => refresh(each));

  document.addEventListener("change", ({ target }) => {
    const form = target.closest?.("form");
    if (form) refresh(form, target.name);
  });
  window.addEventListener("pageshow", refreshAll);
  refreshAll();
})();
