/* What the telephone keeps. Only `meta` can be read: the rest is sealed. */

const NAME = "evaluar";
const VERSION = 3;
const TABLES = {
  meta: "name",
  packages: "assessment",
  records: "id", // what has not arrived yet
  files: "id",
  drafts: "place",
  sent: "place", // of each thing the last that arrived: its receipt, and what it said
};
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const there = asked.result.objectStoreNames;
      for (const [table, keyPath] of Object.entries(TABLES)) {
        if (!there.contains(table)) asked.result.createObjectStore(table, { keyPath });
      }
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close(); // a newer page needs it
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/* One transaction over some tables, whole or not at all; resolves when it is on the disk. */
export async function within(tables, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(tables, mode, { durability: "strict" });
    const asked = work(...[tables].flat().map((each) => transaction.objectStore(each)));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const get = (table, key) => within(table, "readonly", (rows) => rows.get(key));
export const all = (table) => within(table, "readonly", (rows) => rows.getAll());
export const put = (table, row) => within(table, "readwrite", (rows) => rows.put(row));
export const add = (table, row) => within(table, "readwrite", (rows) => rows.add(row));
export const remove = (table, key) => within(table, "readwrite", (rows) => rows.delete(key));
export const clear = (table) => within(table, "readwrite", (rows) => rows.clear());

/* The next number of this telephone: no two tabs get the same. */
export async function nextNumber() {
  let number;
  await within("meta", "readwrite", (rows) => {
    const asked = rows.get("seq");
    asked.onsuccess = () => {
      number = (asked.result?.value ?? 0) + 1;
      rows.put({ name: "seq", value: number });
    };
  });
  return number;
}

/* Forget everything, as if this telephone had never been prepared. */
export async function wipe() {
  (await open()).close();
  opened = undefined;
  await new Promise((resolve, reject) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = resolve;
    asked.onerror = () => reject(asked.error);
  });
}
