namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The values that names have, the innermost first.</summary>
internal sealed record CelScope(string Name, object? Value, CelScope? Outer)
{
    public object? Find(string name) =>
        Name == name ? Value
        : Outer is null ? new CelError($"no such attribute(s): {name}")
        : Outer.Find(name);
}
