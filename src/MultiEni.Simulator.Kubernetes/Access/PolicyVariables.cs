using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>The variables of a policy for one attempt: each is computed when first used, and once.</summary>
internal sealed class PolicyVariables(IReadOnlyDictionary<string, CelProgram> programs) : CelMap
{
    private readonly Dictionary<string, CelValue> _known = new(StringComparer.Ordinal);

    /// <summary>What the variables are computed from; they may use each other through it.</summary>
    public IReadOnlyDictionary<string, CelValue> Values { get; set; } = new Dictionary<string, CelValue>(StringComparer.Ordinal);

    public override int Count => programs.Count;

    public override IEnumerable<CelValue> Keys => programs.Keys.Select(static name => CelValue.Of(name));

    public override bool TryGet(CelValue key, out CelValue value)
    {
        if (key.Kind != CelKind.String || !programs.TryGetValue(key.AsString, out var program))
        {
            value = default;
            return false;
        }

        if (!_known.TryGetValue(key.AsString, out value))
        {
            _known[key.AsString] = value = program.Run(Values);
        }

        return true;
    }
}
