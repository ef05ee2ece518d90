import { cut, showValue } from '../config/given.ts';

/** Anything with an @ in it, however the @ is written: the columns of a file may be other ones than they seem. */
const atSign = /[@\ufe6b\uff20]|%40|&#(?:64|x40);/i;

/** Whether a cell holds an address, or may. */
export function mayBeAddress(cell: string): boolean {
  return atSign.test(cell);
}

/** A cell as messages show it, in quotes and short; addresses are not repeated. */
export function showCell(cell: string): string {
  return mayBeAddress(cell) ? '(an address)' : showValue(cell);
}

/** The same without quotes, for names. */
export function showName(cell: string): string {
  return mayBeAddress(cell) ? '(an address)' : cut(cell);
}
