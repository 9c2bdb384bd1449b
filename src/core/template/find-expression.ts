import { Scalar } from 'yaml';

export type FoundExpression =
  | { readonly kind: 'none' }
  /** Without `${{` and `}}`. */
  | { readonly kind: 'expression'; readonly expression: string }
  | { readonly kind: 'problem'; readonly message: string; readonly remedy: string };

const maxShown = 120;

/** @returns The expression as templates write it, for messages. */
export function showExpression(expression: string): string {
  const shown = expression.length > maxShown ? `${expression.slice(0, maxShown)} …` : expression;
  return `\${{ ${shown} }}`;
}

/**
 * Reads the expression that a scalar is as a whole; a scalar that only contains one is a problem.
 *
 * @param style How the scalar is written, where that is known.
 */
export function readExpression(value: unknown, style?: Scalar.Type): FoundExpression {
  if (typeof value !== 'string' || !value.includes('${{')) return { kind: 'none' };
  if (style === Scalar.BLOCK_FOLDED || style === Scalar.BLOCK_LITERAL) {
    return problem('an expression cannot stand in a block text (| or >)', 'Write it plain or in single quotes.');
  }
  const inner = /^\$\{\{(.*)\}\}$/s.exec(value)?.[1];
  if (inner?.trim() === '') return problem('the expression is empty', 'Write a CEL expression between the braces.');
  if (inner !== undefined && !inner.includes('${{')) return { kind: 'expression', expression: inner.trim() };
  if (value.startsWith('${{') && !value.includes('}}')) {
    return problem(
      'the expression does not end with }}',
      `End it, and put it in single quotes, '${showExpression('…')}', when it holds a #: YAML takes the rest for a comment.`,
    );
  }
  return problem(
    'an expression must be the whole value, without other text around it',
    `Put the text into the expression, for example ${showExpression('"v" + component.version')}.`,
  );
}

const problem = (message: string, remedy: string): FoundExpression => ({ kind: 'problem', message, remedy });
