/** How something in the predecessor's tables differs from what our migrations would have made, and what becomes of it. */
export interface SchemaDifference {
  object: string;
  /** what is there, null when nothing is */
  found: string | null;
  /** what our migration would have made, null when nothing */
  expected: string | null;
  /** `kept`, `converted by migration 3`, `renamed to …`, `created by migration 2`, or why it is in the way */
  action: string;
  /** taking over is refused because of it */
  isObstacle: boolean;
  /** the migration that has nothing left to do because of it, else null */
  fulfils: number | null;
}
