/* A photo made small: its pixels alone, without place, maker and time. */

const SIDE = 1600;
const MOST = 300000; // bytes
const QUALITIES = [0.72, 0.6, 0.45, 0.3];

export async function sumOf(data) {
  const digest = await crypto.subtle.digest("SHA-256", data);
  return [...new Uint8Array(digest)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

/* The bytes that are kept of a picture. Fails for what cannot be read as one. */
export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffffff"; // under what is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  let made;
  for (const quality of QUALITIES) {
    made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (made.size <= MOST) break;
  }
  return made.arrayBuffer();
}
