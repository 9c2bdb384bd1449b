declare const brand: unique symbol;

/** A `Base` that one parser has checked. Nothing else casts to it. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
