using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>A SelfSubjectAccessReview: asks whether the user may perform an action.</summary>
internal sealed record AccessReview : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The requested action.</summary>
    public ReviewSpec Spec { get; set; } = new();

    /// <summary>The result.</summary>
    public ReviewStatus? Status { get; set; }

    /// <summary>The requested action.</summary>
    internal sealed record ReviewSpec
    {
        /// <summary>Verb and resource.</summary>
        public Attributes ResourceAttributes { get; set; } = new();
    }

    /// <summary>Verb and resource of an action.</summary>
    internal sealed record Attributes
    {
        /// <summary>The verb, such as list.</summary>
        public string Verb { get; set; } = "";

        /// <summary>API group.</summary>
        public string Group { get; set; } = "";

        /// <summary>Plural name of the resource.</summary>
        public string Resource { get; set; } = "";

        /// <summary>Namespace, or null for the whole cluster.</summary>
        public string? Namespace { get; set; }
    }

    /// <summary>The result.</summary>
    internal sealed record ReviewStatus
    {
        /// <summary>Whether the action is allowed.</summary>
        public bool Allowed { get; set; }
    }
}
