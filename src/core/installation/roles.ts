/** Who may do what, as the repository configuration says; where it says nothing about a role, the forge's permissions count. */
export interface Roles {
  /** May promote, hold, resume, roll back, skip and rebuild. */
  readonly operate?: People | undefined;
  /** Of whom two together may override a gate. */
  readonly emergency?: People | undefined;
  /** May approve changes of the configuration that loosen keys, roles or gates. */
  readonly trust?: People | undefined;
}

/** Users and teams of the forge. */
export interface People {
  /** Names as the forge has them, or `id:` and the account's id, which nobody can take over. */
  readonly users?: readonly string[] | undefined;
  readonly teams?: readonly string[] | undefined;
}
