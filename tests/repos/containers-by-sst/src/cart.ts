export const cart = 3;
