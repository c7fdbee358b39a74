/* A box to sign in: what is drawn becomes a picture in the file field beside it, as one does
   that is attached. Whoever cannot draw, or has no JavaScript, uses that field alone. */

const INK = "#14213d"; // on white, also where the page is dark: it is kept on white
const WIDTH = 2.4;

export function prepare(box) {
  const input = box.querySelector("input[type=file]");
  const canvas = box.querySelector("canvas");
  const state = box.querySelector("[data-signature-state]");
  const pen = canvas.getContext("2d");
  let strokes = []; // of points, in the box's own measure: it may be drawn again in another width
  let stroke = null;

  function point(event) {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  function draw(points) {
    const [first, ...others] = points;
    pen.beginPath();
    pen.moveTo(...first);
    if (!others.length) pen.lineTo(first[0] + 0.1, first[1]); // a dot
    others.forEach(([x, y], place) => {
      const [nextX, nextY] = others[place + 1] ?? [x, y];
      pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    });
    pen.stroke();
  }

  function drawAll() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    pen.scale(ratio, ratio);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    Object.assign(pen, { strokeStyle: INK, lineWidth: WIDTH, lineCap: "round", lineJoin: "round" });
    strokes.forEach(draw);
  }

  function say() {
    state.textContent = strokes.length ? state.dataset.signed : state.dataset.empty;
  }

  /* At once, not when the browser finds the time: the form may be sent with the next tap. */
  function keep() {
    const coded = atob(canvas.toDataURL("image/png").split(",")[1]);
    const bytes = Uint8Array.from(coded, (letter) => letter.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], "firma.png", { type: "image/png" }));
    input.files = files.files;
    say();
  }

  function clear() {
    strokes = [];
    drawAll();
    say();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (stroke || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [point(event)];
    strokes.push(stroke);
    draw(stroke);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const events = event.getCoalescedEvents?.() ?? [];
    (events.length ? events : [event]).forEach((each) => stroke.push(point(each)));
    drawAll();
  });

  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => {
      if (!stroke) return;
      stroke = null;
      keep();
    });
  }

  box.querySelector("[data-signature-clear]").addEventListener("click", () => {
    input.value = "";
    clear();
  });

  input.addEventListener("change", clear); // another picture takes the place of the drawing

  box.querySelector("[data-signature-sheet]").hidden = false;
  say();
  new ResizeObserver(drawAll).observe(canvas); // also when the box comes into sight
}

document.querySelectorAll("[data-signature]").forEach(prepare);
