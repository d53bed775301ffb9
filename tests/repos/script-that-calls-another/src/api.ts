export const api = 7;
