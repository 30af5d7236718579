using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Events;

/// <summary>A core <c>v1</c> Event.</summary>
public sealed record KubernetesEvent : IKubernetesObject
{
    /// <summary>Where events live in the API.</summary>
    public static ResourceKind<KubernetesEvent> Resource { get; } =
        new("", "v1", "events", "Event", true, EventJson.Default.KubernetesEvent, EventJson.Default.KubernetesListKubernetesEvent);

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The object it is about.</summary>
    public ObjectReference InvolvedObject { get; set; } = new();

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; set; }

    /// <summary>A CamelCase word.</summary>
    public string? Reason { get; set; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; set; }

    /// <summary>Who says so.</summary>
    public EventSource? Source { get; set; }

    /// <summary>When it happened first; whole seconds.</summary>
    public DateTimeOffset? FirstTimestamp { get; set; }

    /// <summary>When it happened last; whole seconds.</summary>
    public DateTimeOffset? LastTimestamp { get; set; }

    /// <summary>How often it happened.</summary>
    public int? Count { get; set; }

    /// <summary>Who says so, as newer clients read it: the component.</summary>
    public string? ReportingComponent { get; set; }

    /// <summary>Who says so, as newer clients read it: the process.</summary>
    public string? ReportingInstance { get; set; }
}
