/* Sizes of the race. */
export const H = 16; // units
export const B = 16; // sentences of a batch
export const TEST = 100; // sentences that no net is trained on
export const EVERY = 10; // updates from one point of a curve to the next
export const UPDATES = 300;
