namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Symbols and binding strengths of the operators, as the grammar of CEL orders them.</summary>
internal static class BinaryOperators
{
    public const int Lowest = 1;
    public const int Unary = 6;

    public static string Symbol(this BinaryOperator operation) =>
        operation switch
        {
            BinaryOperator.Or => "||",
            BinaryOperator.And => "&&",
            BinaryOperator.Equal => "==",
            BinaryOperator.NotEqual => "!=",
            BinaryOperator.Less => "<",
            BinaryOperator.LessOrEqual => "<=",
            BinaryOperator.Greater => ">",
            BinaryOperator.GreaterOrEqual => ">=",
            BinaryOperator.In => "in",
            BinaryOperator.Add => "+",
            BinaryOperator.Subtract => "-",
            BinaryOperator.Multiply => "*",
            BinaryOperator.Divide => "/",
            BinaryOperator.Remainder => "%",
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };

    public static int Strength(this BinaryOperator operation) =>
        operation switch
        {
            BinaryOperator.Or => Lowest,
            BinaryOperator.And => 2,
            BinaryOperator.Add or BinaryOperator.Subtract => 4,
            BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Remainder => 5,
            _ => 3,
        };

    public static BinaryOperator? Find(string symbol) =>
        symbol switch
        {
            "||" => BinaryOperator.Or,
            "&&" => BinaryOperator.And,
            "==" => BinaryOperator.Equal,
            "!=" => BinaryOperator.NotEqual,
            "<" => BinaryOperator.Less,
            "<=" => BinaryOperator.LessOrEqual,
            ">" => BinaryOperator.Greater,
            ">=" => BinaryOperator.GreaterOrEqual,
            "in" => BinaryOperator.In,
            "+" => BinaryOperator.Add,
            "-" => BinaryOperator.Subtract,
            "*" => BinaryOperator.Multiply,
            "/" => BinaryOperator.Divide,
            "%" => BinaryOperator.Remainder,
            _ => null,
        };
}
