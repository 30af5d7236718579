using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>What a request to delete an object came to.</summary>
/// <param name="Existed">Whether there was anything to delete.</param>
/// <param name="Remaining">
/// The object as it is now, while finalizers or a grace period keep it; null when it is gone.
/// </param>
public readonly record struct Deletion<T>(bool Existed, T? Remaining)
    where T : class, IKubernetesObject;

/// <summary>Conditions and manner of a deletion.</summary>
public sealed record DeleteOptions
{
    /// <summary>Delete only the object with this identity; 409 otherwise.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only if the object has not changed since; 409 otherwise.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Time for the object to end; seconds.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>What happens to owned objects; the server's default when null.</summary>
    public DeletePropagation? Propagation { get; init; }

    /// <summary>The body of the request.</summary>
    internal JsonObject ToJson()
    {
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (Uid is not null || ResourceVersion is not null)
        {
            var preconditions = new JsonObject();
            AddText(preconditions, "uid", Uid);
            AddText(preconditions, "resourceVersion", ResourceVersion);
            body["preconditions"] = preconditions;
        }

        if (GracePeriodSeconds is { } seconds)
        {
            body["gracePeriodSeconds"] = seconds;
        }

        AddText(body, "propagationPolicy", Propagation?.ToString());
        return body;
    }

    private static void AddText(JsonObject target, string name, string? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }
}

/// <summary>What happens to the objects that the deleted one owns.</summary>
public enum DeletePropagation
{
    /// <summary>The garbage collector deletes them afterwards.</summary>
    Background,

    /// <summary>They are deleted first.</summary>
    Foreground,

    /// <summary>They stay.</summary>
    Orphan,
}
