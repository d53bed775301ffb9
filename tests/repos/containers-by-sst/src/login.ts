export const login = 4;
