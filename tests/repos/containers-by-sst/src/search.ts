export const search = 5;
