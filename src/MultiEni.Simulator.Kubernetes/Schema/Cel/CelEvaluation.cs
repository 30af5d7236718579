namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>One evaluation of a rule.</summary>
internal struct CelEvaluation(CelPatterns patterns, CelValue self, CelValue oldSelf, IReadOnlyDictionary<string, CelValue>? variables = null)
{
    private Local? innermost;

    private sealed record Local(string Name, CelValue Value, Local? Outer);

    public CelValue Evaluate(CelExpression expression) =>
        expression switch
        {
            CelExpression.Literal literal => literal.Value,
            CelExpression.Identifier identifier => Variable(identifier.Name),
            CelExpression.Select select => Select(select),
            CelExpression.Has has => Has(has),
            CelExpression.Binary binary => Binary(binary),
            CelExpression.Not not => Not(Evaluate(not.Operand)),
            CelExpression.Negate negate => Negate(Evaluate(negate.Operand)),
            CelExpression.Conditional conditional => Conditional(conditional),
            CelExpression.Index index => Index(Evaluate(index.Operand), Evaluate(index.Key)),
            CelExpression.Call call => Call(call),
            CelExpression.ListOf list => List(list),
            CelExpression.MapOf map => Map(map),
            CelExpression.Macro macro => Macro(macro),
            _ => throw new ArgumentOutOfRangeException(nameof(expression)),
        };

    private readonly CelValue Variable(string name)
    {
        for (var local = innermost; local is not null; local = local.Outer)
        {
            if (local.Name == name)
            {
                return local.Value;
            }
        }

        if (variables is not null)
        {
            return variables.TryGetValue(name, out var value) ? value : CelValue.Error($"no such attribute(s): {name}");
        }

        return name switch
        {
            CelProgram.Self => self,
            CelProgram.OldSelf => oldSelf,
            _ => CelValue.Error($"no such attribute(s): {name}"),
        };
    }

    private CelValue Select(CelExpression.Select select)
    {
        var operand = Evaluate(select.Operand);
        if (operand.Kind == CelKind.Optional)
        {
            return operand.AsOptional is not { } inner ? CelValue.None
                : inner.Kind != CelKind.Map ? CelErrors.NoSuchOverload
                : inner.AsMap.TryGetField(select.Field, out var optional) ? CelValue.Some(optional)
                : CelValue.None;
        }

        if (operand.Kind != CelKind.Map)
        {
            return operand.IsError ? operand : CelErrors.NoSuchOverload;
        }

        var found = operand.AsMap.TryGetField(select.Field, out var value);
        if (select.IsOptional)
        {
            return found ? CelValue.Some(value) : CelValue.None;
        }

        return found ? value : CelErrors.NoSuchKey(select.Field);
    }

    private CelValue Has(CelExpression.Has has)
    {
        var operand = Evaluate(has.Operand);
        return operand.Kind switch
        {
            CelKind.Map => CelValue.Of(operand.AsMap.TryGetField(has.Field, out _)),
            CelKind.Error => operand,
            _ => CelErrors.NoSuchOverload,
        };
    }

    private CelValue Binary(CelExpression.Binary binary)
    {
        var left = Evaluate(binary.Left);
        switch (binary.Operation)
        {
            case BinaryOperator.And:
                return left.IsFalse ? left : And(left, Evaluate(binary.Right));
            case BinaryOperator.Or:
                return left.IsTrue ? left : Or(left, Evaluate(binary.Right));
            default:
                var right = Evaluate(binary.Right);
                return left.IsError ? left
                    : right.IsError ? right
                    : Strict(binary.Operation, left, right);
        }
    }

    /// <summary>False absorbs whatever stands on the other side, even a failure.</summary>
    private static CelValue And(CelValue left, CelValue right) =>
        right.IsFalse ? right
        : left.IsError ? left
        : right.IsError ? right
        : left.IsTrue && right.IsTrue ? left
        : CelErrors.NoSuchOverload;

    /// <summary>True absorbs whatever stands on the other side, even a failure.</summary>
    private static CelValue Or(CelValue left, CelValue right) =>
        right.IsTrue ? right
        : left.IsError ? left
        : right.IsError ? right
        : left.IsFalse && right.IsFalse ? left
        : CelErrors.NoSuchOverload;

    private static CelValue Strict(BinaryOperator operation, CelValue left, CelValue right) =>
        operation switch
        {
            BinaryOperator.Equal => CelValue.Of(CelEquality.AreEqual(left, right)),
            BinaryOperator.NotEqual => CelValue.Of(!CelEquality.AreEqual(left, right)),
            BinaryOperator.In when right.Kind == CelKind.List => CelValue.Of(CelEquality.Contains(right.AsList, left)),
            BinaryOperator.In when right.Kind == CelKind.Map => CelValue.Of(right.AsMap.TryGet(left, out _)),
            BinaryOperator.In => CelErrors.NoSuchOverload,
            BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual => Order(
                operation,
                left,
                right
            ),
            _ => CelArithmetic.Apply(operation, left, right),
        };

    private static CelValue Order(BinaryOperator operation, CelValue left, CelValue right)
    {
        if (CelEquality.Compare(left, right) is not { } order)
        {
            // Numbers without an order are not-a-number: every comparison is false.
            return CelEquality.IsNumber(left.Kind) && CelEquality.IsNumber(right.Kind) ? CelValue.Of(false) : CelErrors.NoSuchOverload;
        }

        return CelValue.Of(
            operation switch
            {
                BinaryOperator.Less => order < 0,
                BinaryOperator.LessOrEqual => order <= 0,
                BinaryOperator.Greater => order > 0,
                _ => order >= 0,
            }
        );
    }

    private static CelValue Not(CelValue operand) =>
        operand.Kind switch
        {
            CelKind.Bool => CelValue.Of(operand.IsFalse),
            CelKind.Error => operand,
            _ => CelErrors.NoSuchOverload,
        };

    private static CelValue Negate(CelValue operand) => operand.IsError ? operand : CelArithmetic.Negate(operand);

    private CelValue Conditional(CelExpression.Conditional conditional)
    {
        var condition = Evaluate(conditional.Condition);
        return condition.Kind switch
        {
            CelKind.Bool => Evaluate(condition.AsBool ? conditional.WhenTrue : conditional.WhenFalse),
            CelKind.Error => condition,
            _ => CelErrors.NoSuchOverload,
        };
    }

    private static CelValue Index(CelValue operand, CelValue key)
    {
        if (operand.IsError || key.IsError)
        {
            return operand.IsError ? operand : key;
        }

        if (operand.Kind == CelKind.Map)
        {
            return operand.AsMap.TryGet(key, out var value) ? value : CelErrors.NoSuchKey(CelConversions.Describe(key));
        }

        if (operand.Kind != CelKind.List || key.Kind != CelKind.Int)
        {
            return CelErrors.NoSuchOverload;
        }

        return key.AsInt >= 0 && key.AsInt < operand.AsList.Count ? operand.AsList[(int)key.AsInt] : CelErrors.OutOfBounds(key.AsInt);
    }

    private CelValue Call(CelExpression.Call call)
    {
        if (call.Target is CelExpression.Identifier { Name: "optional" })
        {
            return call.Function == "none" ? CelValue.None
                : Evaluate(call.Arguments[0]) is var inner && inner.IsError ? inner
                : CelValue.Some(inner);
        }

        CelValue? target = call.Target is null ? null : Evaluate(call.Target);
        if (target is { IsError: true })
        {
            return target.Value;
        }

        var arguments = call.Arguments.Count == 0 ? [] : new CelValue[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(call.Arguments[i]);
            if (arguments[i].IsError)
            {
                return arguments[i];
            }
        }

        return CelFunctions.Call(call.Function, target, arguments, patterns);
    }

    private CelValue List(CelExpression.ListOf list)
    {
        var items = new CelValue[list.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Evaluate(list.Items[i]);
            if (items[i].IsError)
            {
                return items[i];
            }
        }

        return CelValue.Of(new ComputedList(items));
    }

    private CelValue Map(CelExpression.MapOf map)
    {
        var entries = new List<KeyValuePair<CelValue, CelValue>>(map.Keys.Count);
        for (var i = 0; i < map.Keys.Count; i++)
        {
            var key = Evaluate(map.Keys[i]);
            var value = Evaluate(map.Values[i]);
            if (key.IsError || value.IsError)
            {
                return key.IsError ? key : value;
            }

            foreach (var entry in entries)
            {
                if (CelEquality.AreEqual(entry.Key, key))
                {
                    return CelValue.Error($"Failed with repeated key: {CelConversions.Describe(key)}");
                }
            }

            entries.Add(new(key, value));
        }

        return CelValue.Of(new ComputedMap(entries));
    }

    private CelValue Macro(CelExpression.Macro macro)
    {
        var range = Evaluate(macro.Range);
        if (range.IsError)
        {
            return range;
        }

        if (range.Kind is not (CelKind.List or CelKind.Map))
        {
            return CelErrors.NoSuchOverload;
        }

        var fold = new MacroFold(macro.Kind);
        var outer = innermost;
        if (range.Kind == CelKind.List)
        {
            var list = range.AsList;
            for (var i = 0; i < list.Count && !fold.IsDone; i++)
            {
                Step(macro, list[i], outer, ref fold);
            }
        }
        else
        {
            foreach (var key in range.AsMap.Keys)
            {
                if (fold.IsDone)
                {
                    break;
                }

                Step(macro, key, outer, ref fold);
            }
        }

        innermost = outer;
        return fold.Result;
    }

    private void Step(CelExpression.Macro macro, CelValue item, Local? outer, ref MacroFold fold)
    {
        innermost = new Local(macro.Variable, item, outer);
        var passes = macro.Filter is null ? CelValue.Of(true) : Evaluate(macro.Filter);
        if (passes.IsTrue)
        {
            fold.Add(item, Evaluate(macro.Body));
        }
        else if (!passes.IsFalse)
        {
            fold.Fail(passes.IsError ? passes : CelErrors.NoSuchOverload);
        }
    }
}
