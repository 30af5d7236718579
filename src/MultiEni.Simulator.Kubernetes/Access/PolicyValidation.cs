using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>One of a policy's <c>validations</c>.</summary>
/// <param name="Source">The text of the expression.</param>
/// <param name="Program">Must be true.</param>
/// <param name="Message">What is said otherwise; empty quotes the expression.</param>
/// <param name="MessageProgram">Computes it, or null.</param>
/// <param name="Reason">Such as <c>Forbidden</c>.</param>
internal sealed record PolicyValidation(string Source, CelProgram Program, string Message, CelProgram? MessageProgram, string Reason)
{
    public string Explain(IReadOnlyDictionary<string, CelValue> values)
    {
        if (MessageProgram?.Run(values) is { Kind: CelKind.String } computed && computed.AsString.Trim() is { Length: > 0 } text)
        {
            return text;
        }

        return Message.Length > 0 ? Message : $"failed expression: {Source}";
    }
}
