namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The names that an expression may use, those of macros among them.</summary>
internal sealed class CelVariables(IReadOnlyDictionary<string, CelType> variables)
{
    private readonly Stack<(string Name, CelType Type)> _locals = new();
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The variables met.</summary>
    public IReadOnlySet<string> Used => _used;

    public CelNode Read(string name)
    {
        foreach (var local in _locals)
        {
            if (local.Name == name)
            {
                return new CelNode(local.Type, scope => scope.Find(name), 1);
            }
        }

        _used.Add(name);
        return new CelNode(variables.GetValueOrDefault(name) ?? throw new CelRefusal($"the name {name}"), scope => scope.Find(name), 1);
    }

    /// <summary>Makes the variable of a macro known.</summary>
    public void Enter(string variable, CelNode range) =>
        _locals.Push(
            (
                variable,
                range.Type.Kind switch
                {
                    CelKind.List => range.Type.Item ?? CelType.Dyn,
                    // The server reckons with keys of no length.
                    CelKind.Map => CelType.String with { Size = 0 },
                    CelKind.Dyn => CelType.Dyn,
                    _ => throw new CelRefusal("a macro over neither list nor map"),
                }
            )
        );

    public void Leave() => _locals.Pop();
}
