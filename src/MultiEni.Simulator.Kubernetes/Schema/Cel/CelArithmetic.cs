namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The operators <c>+ - * / %</c>: both operands of one type, and an overflow is an error.</summary>
internal static class CelArithmetic
{
    public static CelValue Apply(BinaryOperator operation, CelValue left, CelValue right) =>
        (left.Kind, right.Kind) switch
        {
            (CelKind.Int, CelKind.Int) => Int(operation, left.AsInt, right.AsInt),
            (CelKind.Uint, CelKind.Uint) => Uint(operation, left.AsUint, right.AsUint),
            (CelKind.Double, CelKind.Double) => Double(operation, left.AsDouble, right.AsDouble),
            (CelKind.String, CelKind.String) when operation == BinaryOperator.Add => CelValue.Of(left.AsString + right.AsString),
            (CelKind.List, CelKind.List) when operation == BinaryOperator.Add => Concatenate(left.AsList, right.AsList),
            (CelKind.Timestamp or CelKind.Duration, CelKind.Timestamp or CelKind.Duration) => Time(operation, left, right),
            _ => CelErrors.NoSuchOverload,
        };

    public static CelValue Negate(CelValue operand) =>
        operand.Kind switch
        {
            CelKind.Int => Int(BinaryOperator.Subtract, 0, operand.AsInt),
            CelKind.Double => CelValue.Of(-operand.AsDouble),
            _ => CelErrors.NoSuchOverload,
        };

    private static CelValue Int(BinaryOperator operation, long left, long right)
    {
        if (right == 0 && operation == BinaryOperator.Divide)
        {
            return CelErrors.DivisionByZero;
        }

        if (right == 0 && operation == BinaryOperator.Remainder)
        {
            return CelErrors.ModulusByZero;
        }

        try
        {
            return checked(
                operation switch
                {
                    BinaryOperator.Add => CelValue.Of(left + right),
                    BinaryOperator.Subtract => CelValue.Of(left - right),
                    BinaryOperator.Multiply => CelValue.Of(left * right),
                    BinaryOperator.Divide => CelValue.Of(left / right),
                    BinaryOperator.Remainder => CelValue.Of(left % right),
                    _ => CelErrors.NoSuchOverload,
                }
            );
        }
        catch (OverflowException)
        {
            return CelErrors.IntegerOverflow;
        }
    }

    private static CelValue Uint(BinaryOperator operation, ulong left, ulong right)
    {
        if (right == 0 && operation == BinaryOperator.Divide)
        {
            return CelErrors.DivisionByZero;
        }

        if (right == 0 && operation == BinaryOperator.Remainder)
        {
            return CelErrors.ModulusByZero;
        }

        try
        {
            return checked(
                operation switch
                {
                    BinaryOperator.Add => CelValue.Of(left + right),
                    BinaryOperator.Subtract => CelValue.Of(left - right),
                    BinaryOperator.Multiply => CelValue.Of(left * right),
                    BinaryOperator.Divide => CelValue.Of(left / right),
                    BinaryOperator.Remainder => CelValue.Of(left % right),
                    _ => CelErrors.NoSuchOverload,
                }
            );
        }
        catch (OverflowException)
        {
            return CelErrors.UnsignedOverflow;
        }
    }

    private static CelValue Double(BinaryOperator operation, double left, double right) =>
        operation switch
        {
            BinaryOperator.Add => CelValue.Of(left + right),
            BinaryOperator.Subtract => CelValue.Of(left - right),
            BinaryOperator.Multiply => CelValue.Of(left * right),
            BinaryOperator.Divide => CelValue.Of(left / right),
            _ => CelErrors.NoSuchOverload,
        };

    private static CelValue Time(BinaryOperator operation, CelValue left, CelValue right)
    {
        try
        {
            return checked(
                (operation, left.Kind, right.Kind) switch
                {
                    (BinaryOperator.Add, CelKind.Duration, CelKind.Duration) => CelValue.Duration(new(left.AsInt + right.AsInt)),
                    (BinaryOperator.Add, not CelKind.Timestamp, _) or (BinaryOperator.Add, _, CelKind.Duration) => Moment(left.AsInt + right.AsInt),
                    (BinaryOperator.Subtract, CelKind.Timestamp, CelKind.Duration) => Moment(left.AsInt - right.AsInt),
                    (BinaryOperator.Subtract, CelKind.Duration, CelKind.Timestamp) => CelErrors.NoSuchOverload,
                    (BinaryOperator.Subtract, _, _) => CelValue.Duration(new(left.AsInt - right.AsInt)),
                    _ => CelErrors.NoSuchOverload,
                }
            );
        }
        catch (OverflowException)
        {
            return CelErrors.IntegerOverflow;
        }
    }

    private static CelValue Moment(long ticks) =>
        ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks
            ? CelValue.Error("timestamp overflow")
            : CelValue.Timestamp(new DateTimeOffset(ticks, TimeSpan.Zero));

    /// <summary>Sets and map lists are united: an item of the right one replaces its equal, or the one of the same keys.</summary>
    private static CelValue Concatenate(CelList left, CelList right)
    {
        var items = new List<CelValue>(left.Count + right.Count);
        for (var i = 0; i < left.Count; i++)
        {
            items.Add(left[i]);
        }

        for (var i = 0; i < right.Count; i++)
        {
            var same = left.Unordered is { } schema ? FindSame(items, right[i], schema) : -1;
            if (same < 0)
            {
                items.Add(right[i]);
            }
            else
            {
                items[same] = right[i];
            }
        }

        return CelValue.Of(new ComputedList(items));
    }

    private static int FindSame(List<CelValue> items, CelValue wanted, SchemaNode schema)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (schema.ListType == ListType.Set ? CelEquality.AreEqual(items[i], wanted) : SameKeys(items[i], wanted, schema.MapKeys))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool SameKeys(CelValue left, CelValue right, IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
        {
            var found = left.AsMap.TryGet(CelValue.Of(key), out var a);
            if (found != right.AsMap.TryGet(CelValue.Of(key), out var b) || (found && !CelEquality.AreEqual(a, b)))
            {
                return false;
            }
        }

        return true;
    }
}
