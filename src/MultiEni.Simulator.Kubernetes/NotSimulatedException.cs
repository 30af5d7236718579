namespace MultiEni.Simulator.Kubernetes;

/// <summary>
/// Something that a real API server can do and this one cannot. Over HTTP it is a 501;
/// <c>docs/not-simulated.md</c> lists what there is. Nothing was changed when it is thrown.
/// </summary>
/// <param name="what">What was asked for, such as <c>the CEL function url</c>.</param>
public sealed class NotSimulatedException(string what) : Exception($"not supported by the simulated API server: {what}")
{
    /// <summary>Throws unless something is known here.</summary>
    internal static void ThrowUnless(bool isKnown, string what)
    {
        if (!isKnown)
        {
            throw new NotSimulatedException(what);
        }
    }
}
