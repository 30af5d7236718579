namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>What goes back for one call.</summary>
/// <param name="ErrorCode">Null for success.</param>
internal sealed record CallAnswer(int Status, byte[] Body, string? ErrorCode)
{
    /// <summary>The connection breaks in place of the answer.</summary>
    public bool Lost { get; init; }

    /// <summary>It breaks by a reset.</summary>
    public bool Reset { get; init; }

    /// <summary>For a call that was lost before it could do anything.</summary>
    public static CallAnswer LostRequest(bool reset) => new(0, [], "RequestLost") { Lost = true, Reset = reset };

    public static CallAnswer Of(Ec2Error error, string requestId) =>
        new(error.Status, XmlAnswer.Error(error.Code, error.Message, requestId), error.Code);
}
