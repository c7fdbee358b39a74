/* How an item is asked, and what lacks for its answer. */

const words = document.body.dataset;
const NUMBER = /^[0-9]{1,6}(\.[0-9]{1,4})?$/;
export const NEEDED = "obligatoria";
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

/* What lacks for an answer to be taken. Whether it meets its item, the server alone says. */
export function wrong(item, value, seen, photos) {
  if (item.scale === "medicion" && !NUMBER.test(value)) return words.measure;
  if (!value) return words.choose;
  const measured = item.scale === "medicion" ? Number(value) : null;
  const out =
    measured !== null &&
    ((item.minimum !== null && measured < Number(item.minimum)) ||
      (item.maximum !== null && measured > Number(item.maximum)));
  const unproven = item.photo === NEEDED && !photos && value !== "na";
  return (["no", "na"].includes(value) || out || unproven) && !seen ? words.noteNeeded : "";
}

export function answerFields(item, value) {
  if (item.scale === "medicion") {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { name: "value", inputMode: "decimal", autocomplete: "off", maxLength: 12 });
    input.value = value ?? "";
    label.append(fill(words.measurement, { unit: item.unit }), input);
    return [label];
  }
  const ticks = item.scale === "si_no_na" ? ["si", "no", "na"] : ["si", "no"];
  const options = item.scale === "opcion_multiple" ? item.options : ticks.map((each) => [each, words[each]]);
  return options.map(([letter, text]) => {
    const label = document.createElement("label");
    label.className = "choice";
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "value", value: letter, checked: letter === value });
    label.append(input, text);
    return label;
  });
}
