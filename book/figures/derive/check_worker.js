/* The numeric check, in a worker of its own: generated code meets the page nowhere, and a check that
   takes long can be stopped. Message: {id, source, seed}; answer: what `check` finds, or {failed}. */
import { check } from "./numbers.js";

self.numericCheck = check;

self.onmessage = ({ data: { id, source, seed } }) => {
  try {
    const name = /^const (\w+) = \(\(\) => \{$/m.exec(source)[1];
    const { sizes, rows, count, off } = check(source, name, seed);
    self.postMessage({ id, seed, sizes, rows, count, off });
  } catch (error) {
    self.postMessage({ id, failed: `${error.name}: ${error.message}` });
  }
};
