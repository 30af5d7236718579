namespace MultiEni.Cli.Doctor;

/// <summary>A part of the cluster as far as it could be looked at.</summary>
/// <param name="Value">What was seen; null when nothing could be.</param>
/// <param name="WhyNot">Why it could not be looked at; null when it could.</param>
internal readonly record struct ReadResult<T>(T? Value, string? WhyNot)
    where T : class;
