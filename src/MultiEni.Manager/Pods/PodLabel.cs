using MultiEni.Api.Kubernetes;

namespace MultiEni.Manager.Pods;

/// <summary>A label by which pods are recognised.</summary>
/// <param name="Key">Name of the label.</param>
/// <param name="Value">Its value.</param>
internal sealed record PodLabel(string Key, string Value)
{
    /// <summary>Reads <c>key=value</c>.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static PodLabel Parse(string text)
    {
        return text.Trim().Split('=') is [{ Length: > 0 } key, { Length: > 0 } value]
            ? new PodLabel(key, value)
            : throw new FormatException("key=value");
    }

    /// <summary>Whether an object has it.</summary>
    public bool Matches(ObjectMeta metadata)
    {
        return metadata.Label(Key) == Value;
    }
}
