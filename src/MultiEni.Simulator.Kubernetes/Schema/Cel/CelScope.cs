namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The values that names have, the innermost first.</summary>
internal sealed record CelScope(string Name, object? Value, CelScope? Outer)
{
    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
            {
                return scope.Value;
            }
        }

        return new CelError($"no such attribute(s): {name}");
    }
}
