namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The operators <c>+ - * / %</c>: both operands of one type, and an overflow is an error.</summary>
internal static class CelArithmetic
{
    public static object Apply(string symbol, object? left, object? right)
    {
        try
        {
            return (symbol, left, right) switch
            {
                ("/", long, 0L) => new CelError("division by zero"),
                ("%", long, 0L) => new CelError("modulus by zero"),
                ("+", long a, long b) => checked(a + b),
                ("-", long a, long b) => checked(a - b),
                ("*", long a, long b) => checked(a * b),
                ("/", long a, long b) => a / b,
                ("%", long a, long b) => a % b,
                ("+", double a, double b) => a + b,
                ("-", double a, double b) => a - b,
                ("*", double a, double b) => a * b,
                ("/", double a, double b) => a / b,
                ("+", string a, string b) => a + b,
                ("+", CelList a, CelList b) => new ComputedList([.. CelEquality.Items(a), .. CelEquality.Items(b)]),
                _ => NoOverload(symbol, left),
            };
        }
        catch (OverflowException)
        {
            return new CelError("integer overflow");
        }
    }

    public static object Negate(object? operand) =>
        operand switch
        {
            long.MinValue => new CelError("integer overflow"),
            long number => -number,
            double number => -number,
            bool => CelError.NoSuchOverload,
            _ => NoOverload("-", operand, unary: true),
        };

    // The server asks the left operand. One that has no such operator at all is told from one that cannot do it with that right operand.
    private static CelError NoOverload(string symbol, object? left, bool unary = false) =>
        left switch
        {
            string or long => CelError.NoSuchOverload,
            double when symbol != "%" => CelError.NoSuchOverload,
            CelList when symbol == "+" => CelError.NoSuchOverload,
            _ => new CelError($"no such overload: {(unary ? "-_" : $"_{symbol}_")}"),
        };
}
