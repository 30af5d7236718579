namespace MultiEni.Reliability.Crashes;

/// <summary>What happens at a call.</summary>
internal enum CrashMode
{
    /// <summary>The controller dies before the call has an effect.</summary>
    KilledBefore,

    /// <summary>
    /// The call has its effect, and the controller dies before it gets the answer.
    /// </summary>
    KilledAfter,

    /// <summary>The call has its effect, its answer is lost, and the controller lives on.</summary>
    AnswerLost,
}
