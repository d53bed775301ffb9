export const index = 0;
