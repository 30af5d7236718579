using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>A SelfSubjectAccessReview: the question whether the user may do something.</summary>
internal sealed record AccessReview : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The question.</summary>
    public ReviewSpec Spec { get; set; } = new();

    /// <summary>The answer.</summary>
    public ReviewStatus? Status { get; set; }

    /// <summary>The question.</summary>
    internal sealed record ReviewSpec
    {
        /// <summary>What it is about.</summary>
        public Attributes ResourceAttributes { get; set; } = new();
    }

    /// <summary>What the question is about.</summary>
    internal sealed record Attributes
    {
        /// <summary>Such as list.</summary>
        public string Verb { get; set; } = "";

        /// <summary>API group.</summary>
        public string Group { get; set; } = "";

        /// <summary>Plural of the resource.</summary>
        public string Resource { get; set; } = "";

        /// <summary>Namespace, or null for the whole cluster.</summary>
        public string? Namespace { get; set; }
    }

    /// <summary>The answer.</summary>
    internal sealed record ReviewStatus
    {
        /// <summary>Whether the user may.</summary>
        public bool Allowed { get; set; }
    }
}
