namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Gathers the results of a macro's body. <c>all</c> and <c>exists</c> absorb failures as the logical operators do.</summary>
internal struct MacroFold(MacroKind kind)
{
    private readonly List<CelValue>? items = kind is MacroKind.Map or MacroKind.Filter ? [] : null;
    private CelValue? failure;
    private bool decided;
    private int matches;

    /// <summary>Whether no further item can change the result.</summary>
    public readonly bool IsDone => decided;

    public readonly CelValue Result =>
        kind switch
        {
            MacroKind.All => decided ? CelValue.Of(false) : failure ?? CelValue.Of(true),
            MacroKind.Exists => decided ? CelValue.Of(true) : failure ?? CelValue.Of(false),
            MacroKind.ExistsOne => failure ?? CelValue.Of(matches == 1),
            _ => failure ?? CelValue.Of(new ComputedList(items!)),
        };

    public void Add(CelValue item, CelValue outcome)
    {
        if (outcome.IsError)
        {
            Fail(outcome);
        }
        else if (kind == MacroKind.Map)
        {
            items!.Add(outcome);
        }
        else if (outcome.Kind != CelKind.Bool)
        {
            Fail(CelErrors.NoSuchOverload);
        }
        else if (kind == MacroKind.All ? outcome.IsFalse : kind == MacroKind.Exists && outcome.IsTrue)
        {
            decided = true;
        }
        else if (outcome.IsTrue)
        {
            matches++;
            items?.Add(item);
        }
    }

    public void Fail(CelValue error)
    {
        failure ??= error;
        decided |= kind is not (MacroKind.All or MacroKind.Exists);
    }
}
