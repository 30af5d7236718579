namespace MultiEni.Reliability.Crashes;

/// <summary>One place at which something happens once.</summary>
/// <param name="Call">What is called.</param>
/// <param name="Ordinal">The how many-th such call since the flow began, from 1.</param>
/// <param name="Mode">What happens there.</param>
internal sealed record CrashPoint(string Call, int Ordinal, CrashMode Mode)
{
    public override string ToString() =>
        Mode switch
        {
            CrashMode.KilledBefore => $"killed before {Call} no. {Ordinal}",
            CrashMode.KilledAfter => $"killed after {Call} no. {Ordinal}, its answer lost",
            _ => $"the answer to {Call} no. {Ordinal} lost",
        };
}
