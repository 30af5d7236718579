using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Events;

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

    /// <summary>Identity, so that <c>kubectl describe</c> of a successor does not show it.</summary>
    public string? Uid { get; set; }

    /// <summary>A reference to an object; kind and version come from <paramref name="kind"/>, as cached objects often lack theirs.</summary>
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
