namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The macros over the items of a list or the keys of a map. <c>all</c> and <c>exists</c> absorb failures as the logical operators do.</summary>
internal static class CelMacros
{
    public static object Run(string macro, object? range, CelNode? filter, CelNode body, Func<object?, CelScope> bind)
    {
        IEnumerable<object?>? items = range switch
        {
            CelList list => CelEquality.Items(list),
            CelMap map => map.Keys,
            _ => null,
        };
        if (items is null)
        {
            return new CelError($"got '{GoName(range)}', expected iterable type");
        }

        var kept = new List<object?>();
        CelError? failure = null;
        foreach (var item in items)
        {
            var scope = bind(item);
            var condition = macro == "map" ? filter?.Run(scope) ?? true : body.Run(scope);
            if (condition is not bool holds)
            {
                failure = condition as CelError ?? CelError.NoSuchOverload;
            }
            else if (holds ? macro == "exists" : macro == "all")
            {
                return holds;
            }
            else if (holds && macro == "map")
            {
                var mapped = body.Run(scope);
                failure ??= mapped as CelError;
                kept.Add(mapped);
            }
            else if (holds)
            {
                kept.Add(item);
            }
        }

        return failure as object
            ?? macro switch
            {
                "all" => true,
                "exists" => false,
                "exists_one" => kept.Count == 1,
                _ => new ComputedList(kept),
            };
    }

    private static string GoName(object? value) =>
        value switch
        {
            null => "types.Null",
            bool => "types.Bool",
            long => "types.Int",
            double => "types.Double",
            _ => "types.String",
        };
}
