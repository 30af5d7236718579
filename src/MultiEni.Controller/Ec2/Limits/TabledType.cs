namespace MultiEni.Controller.Ec2.Limits;

/// <summary>One line of the table of instance types.</summary>
/// <param name="Limits">The limits.</param>
/// <param name="Source">Where they are from: <c>described</c> (an answer of DescribeInstanceTypes), <c>published</c> or <c>recalled</c>.</param>
internal sealed record TabledType(InstanceTypeLimits Limits, string Source)
{
    /// <summary>Values from general knowledge: asked of EC2 before they are believed.</summary>
    public const string Recalled = "recalled";

    /// <summary>Sources that a line may name.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["described", "published", Recalled];

    /// <summary>Whether EC2 need not be asked.</summary>
    public bool IsCertain => Source != Recalled;
}
