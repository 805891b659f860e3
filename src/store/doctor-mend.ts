/** Where tables or triggers are missing: what makes them depends on who made the others, and the command looks. */
export const DOCTOR = 'run "npx express-api-keys doctor", which says what to do'
