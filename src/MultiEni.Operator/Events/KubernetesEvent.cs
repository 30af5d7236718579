using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

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

/// <summary>Who reports an event.</summary>
public sealed record EventSource
{
    /// <summary>The program.</summary>
    public string? Component { get; set; }

    /// <summary>The node, for programs that run on one.</summary>
    public string? Host { get; set; }
}

/// <summary>The two types of event that Kubernetes knows.</summary>
public enum EventType
{
    /// <summary>Information.</summary>
    Normal,

    /// <summary>Something that people may have to look at.</summary>
    Warning,
}

/// <summary>Names the object that an event is about.</summary>
public sealed record ObjectReference
{
    /// <summary>Group and version.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Kind.</summary>
    public string? Kind { get; set; }

    /// <summary>Null for cluster-scoped objects.</summary>
    public string? Namespace { get; set; }

    /// <summary>Name.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Identity, so that <c>kubectl describe</c> of a successor does not show it.
    /// </summary>
    public string? Uid { get; set; }

    /// <summary>
    /// A reference to an object; kind and version come from <paramref name="kind"/>, as cached
    /// objects often lack theirs.
    /// </summary>
    public static ObjectReference To<T>(ResourceKind<T> kind, T obj)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(obj);
        return new()
        {
            ApiVersion = kind.ApiVersion,
            Kind = kind.Kind,
            Namespace = obj.Metadata.Namespace,
            Name = obj.Metadata.Name,
            Uid = obj.Metadata.Uid,
        };
    }
}

/// <summary>JSON of events; nulls are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(KubernetesEvent))]
[JsonSerializable(typeof(KubernetesList<KubernetesEvent>))]
public sealed partial class EventJson : JsonSerializerContext;
