namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>What goes back for one call.</summary>
/// <param name="ErrorCode">Null for success.</param>
internal sealed record CallAnswer(int Status, byte[] Body, string? ErrorCode)
{
    /// <summary>The connection breaks in place of the answer.</summary>
    public bool Lost { get; init; }

    public static CallAnswer Of(Ec2Error error, string requestId) =>
        new(error.Status, XmlAnswer.Error(error.Code, error.Message, requestId), error.Code);
}
