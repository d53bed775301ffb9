export const theme = 6;
