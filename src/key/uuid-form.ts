/** How a UUID is written, for regular expressions that say what may stand around it. */
export const UUID_FORM = '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}'
