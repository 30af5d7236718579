namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>What somebody wants to do, as rules see it.</summary>
/// <param name="Verb">Such as <c>list</c>.</param>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Resource">With its subresource after a slash, such as <c>pods/log</c>.</param>
/// <param name="Namespace">Empty for cluster-scoped resources and across all namespaces.</param>
/// <param name="Name">Empty for collections.</param>
public readonly record struct AccessRequest(string Verb, string Group, string Resource, string Namespace, string Name)
{
    /// <summary>The path that is asked for, when it is that of no resource; else empty.</summary>
    public string Path { get; init; } = "";

    /// <summary>As the API server says it in a refusal.</summary>
    public string Describe(string user) =>
        Path.Length > 0
            ? $"User \"{user}\" cannot {Verb} path \"{Path}\""
            : $"User \"{user}\" cannot {Verb} resource \"{Resource}\" in API group \"{Group}\" "
                + (Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{Namespace}\"");
}
