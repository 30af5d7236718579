namespace MultiEni.Simulator.Ec2.Iam;

/// <summary>
/// One operator on one key: it holds when any of its values does, as IAM evaluates it.
/// </summary>
/// <param name="Operator">Such as <c>StringEquals</c>.</param>
/// <param name="Key">
/// Such as <c>aws:ResourceTag/name</c>; the part before the slash in any case.
/// </param>
/// <param name="Values">The values of the policy.</param>
internal sealed record IamCondition(string Operator, string Key, IReadOnlyList<string> Values)
{
    /// <summary>
    /// The operators that our policies use; a policy with another one is refused, so that nothing
    /// passes for enforced that is not.
    /// </summary>
    private static readonly string[] _known = ["StringEquals", "ArnEquals", "Null", "ForAllValues:StringEquals", "ForAllValues:StringNotEquals"];

    public static IamCondition Create(string @operator, string key, IReadOnlyList<string> values) =>
        _known.Contains(@operator)
            ? new(@operator, key, values)
            : throw new FormatException($"The condition operator {@operator} is not evaluated here; there are {string.Join(", ", _known)}.");

    public bool Holds(IReadOnlyDictionary<string, IReadOnlyList<string>> context)
    {
        var present = context.GetValueOrDefault(Key);
        return Operator switch
        {
            "Null" => Values.Any(value => (value == "true") == (present is null)),
            "ForAllValues:StringEquals" => (present ?? []).All(Values.Contains),
            "ForAllValues:StringNotEquals" => (present ?? []).All(value => !Values.Contains(value)),
            _ => present is [var only] && Values.Contains(only),
        };
    }
}
