namespace MultiEni.Reliability.Lab;

/// <summary>Where a call is when it is looked at.</summary>
internal enum CallMoment
{
    /// <summary>It has arrived and has had no effect.</summary>
    Before,

    /// <summary>It has had its effect, and the answer has not left.</summary>
    After,
}
