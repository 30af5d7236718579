namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>A schema that the API server refuses to install: it is not structural, or one of its rules does not compile.</summary>
public sealed class CustomResourceSchemaException : Exception
{
    /// <summary>Carries every finding at once, as the API server does when a definition is created.</summary>
    public CustomResourceSchemaException(IReadOnlyList<FieldError> errors)
        : base(string.Join("; ", errors)) => Errors = errors;

    /// <summary>What is wrong, with paths that start at <c>openAPIV3Schema</c>.</summary>
    public IReadOnlyList<FieldError> Errors { get; }
}
