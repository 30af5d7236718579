namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The macros within a part of an expression.</summary>
/// <param name="Depth">How deep they stand in each other.</param>
/// <param name="Rounds">
/// How often the innermost may run, at the most items that there can be; zero without macros.
/// </param>
internal readonly record struct CelLoops(int Depth, double Rounds)
{
    /// <summary>Of several parts, those that weigh most.</summary>
    public static CelLoops Of(params ReadOnlySpan<CelLoops> parts)
    {
        var most = default(CelLoops);
        foreach (var part in parts)
        {
            most = new CelLoops(Math.Max(most.Depth, part.Depth), Math.Max(most.Rounds, part.Rounds));
        }

        return most;
    }

    /// <summary>Of a macro that runs these for each of its items.</summary>
    public CelLoops Within(long items) => new(Depth + 1, items * Math.Max(1, Rounds));
}
