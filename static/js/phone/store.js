/* What the telephone keeps: three tables, of which the last two hold nothing that can be read. */

const NAME = "evaluar";
const TABLES = { meta: "name", packages: "assessment", records: "id" };
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [table, keyPath] of Object.entries(TABLES)) {
        asked.result.createObjectStore(table, { keyPath });
      }
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/* One transaction over one table; resolves when it is on the disk. */
async function within(table, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(table, mode, { durability: "strict" });
    const asked = work(transaction.objectStore(table));
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
