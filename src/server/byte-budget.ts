/** Bounds how many bytes of bodies are held at the same time. */
export interface ByteBudget {
  /** Opens an account for one body. */
  open(): {
    /** @returns Whether there was room for so many more. */
    take(bytes: number): boolean;
    /** Gives everything back that was taken. */
    close(): void;
  };
}

export function createByteBudget(maxBytes: number): ByteBudget {
  let used = 0;
  return {
    open() {
      let own = 0;
      return {
        take(bytes) {
          if (used + bytes > maxBytes) return false;
          used += bytes;
          own += bytes;
          return true;
        },
        close() {
          used -= own;
          own = 0;
        },
      };
    },
  };
}
