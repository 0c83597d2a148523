/** A value of metric math at one time: a number, or undefined where there is none. */
export type Value = number | undefined;

/** The values of ids now, and one period before. */
export interface Values {
  readonly now: Readonly<Record<string, Value>>;
  readonly before?: Readonly<Record<string, Value>>;
}

type Node = (values: Values) => Value | Value[];

/**
 * Evaluates the part of CloudWatch's metric math that the alarms use, at one time.
 *
 * An operator with a missing operand has no value, nor does a division by zero. `FILL` replaces a missing value; `MAX`, `MIN` and `SUM` of a list
 * take the values that there are; `IF` has the value of one branch, and `DIFF` the difference to the period before.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluateMath(expression: string, values: Values): Value {
  const parser = new Parser(expression);
  const result = parser.comparison()(values);
  parser.expectEnd();
  if (Array.isArray(result)) {
    throw new Error(`an alarm needs one series, got a list: ${expression}`);
  }
  return result;
}

class Parser {
  private readonly tokens: string[];
  private position = 0;

  public constructor(private readonly text: string) {
    this.tokens = text.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|>=|<=|==|!=|[-+*/()<>,[\]]/g) ?? [];
    if (this.tokens.join('') !== text.replace(/\s+/g, '')) {
      throw new Error(`unknown metric math: ${text}`);
    }
  }

  public comparison(): Node {
    const left = this.sum();
    const operator = this.next(['>=', '<=', '==', '!=', '<', '>']);
    if (operator === undefined) {
      return left;
    }
    const right = this.sum();
    const compare: Record<string, (a: number, b: number) => boolean> = {
      '>=': (a, b) => a >= b,
      '<=': (a, b) => a <= b,
      '==': (a, b) => a === b,
      '!=': (a, b) => a !== b,
      '<': (a, b) => a < b,
      '>': (a, b) => a > b,
    };
    return binary(left, right, (a, b) => Number(compare[operator](a, b)));
  }

  public expectEnd(): void {
    if (this.position !== this.tokens.length) {
      throw new Error(`unexpected '${this.tokens[this.position]}' in metric math: ${this.text}`);
    }
  }

  private sum(): Node {
    let left = this.product();
    for (let operator = this.next(['+', '-']); operator !== undefined; operator = this.next(['+', '-'])) {
      const isSum = operator === '+';
      left = binary(left, this.product(), (a, b) => (isSum ? a + b : a - b));
    }
    return left;
  }

  private product(): Node {
    let left = this.factor();
    for (let operator = this.next(['*', '/']); operator !== undefined; operator = this.next(['*', '/'])) {
      const isProduct = operator === '*';
      left = binary(left, this.factor(), (a, b) => {
        if (isProduct) {
          return a * b;
        }
        return b === 0 ? undefined : a / b;
      });
    }
    return left;
  }

  private factor(): Node {
    const token = this.tokens[this.position++];
    if (token === '(') {
      const inner = this.comparison();
      this.expect(')');
      return inner;
    }
    if (token === '[') {
      const items = this.list(']');
      return (values) => items.map((item) => single(item(values)));
    }
    if (/^\d/.test(token)) {
      return () => Number(token);
    }
    if (this.next(['(']) === undefined) {
      return (values) => {
        if (!(token in values.now)) {
          throw new Error(`no metric has the id ${token}: ${this.text}`);
        }
        return values.now[token];
      };
    }
    return call(token, this.list(')'));
  }

  private list(end: string): Node[] {
    const items = [this.comparison()];
    while (this.next([',']) !== undefined) {
      items.push(this.comparison());
    }
    this.expect(end);
    return items;
  }

  private next(tokens: readonly string[]): string | undefined {
    return tokens.includes(this.tokens[this.position]) ? this.tokens[this.position++] : undefined;
  }

  private expect(token: string): void {
    if (this.next([token]) === undefined) {
      throw new Error(`expected '${token}' in metric math: ${this.text}`);
    }
  }
}

function call(name: string, parameters: readonly Node[]): Node {
  switch (name) {
    case 'FILL':
      return (values) => single(parameters[0](values)) ?? parameters[1](values);
    case 'IF':
      return (values) => {
        const condition = single(parameters[0](values));
        return condition === undefined ? undefined : parameters[condition === 0 ? 2 : 1](values);
      };
    case 'DIFF':
      return ({ now, before }) => {
        const [last, first] = [single(parameters[0]({ now })), before && single(parameters[0]({ now: before }))];
        return last === undefined || first === undefined ? undefined : last - first;
      };
    case 'MAX':
    case 'MIN':
    case 'SUM':
      return (values) => {
        const list = parameters[0](values);
        const known = (Array.isArray(list) ? list : [list]).filter((value) => value !== undefined);
        if (known.length === 0) {
          return undefined;
        }
        return name === 'SUM' ? known.reduce((a, b) => a + b, 0) : Math[name === 'MAX' ? 'max' : 'min'](...known);
      };
    default:
      throw new Error(`no function of metric math that alarms use: ${name}`);
  }
}

function single(value: Value | Value[]): Value {
  if (Array.isArray(value)) {
    throw new Error('a list where one series is needed');
  }
  return value;
}

function binary(left: Node, right: Node, operate: (a: number, b: number) => Value): Node {
  return (values) => {
    const [a, b] = [single(left(values)), single(right(values))];
    return a === undefined || b === undefined ? undefined : operate(a, b);
  };
}
