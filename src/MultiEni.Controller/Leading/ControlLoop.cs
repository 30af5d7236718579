using Microsoft.Extensions.Logging;
using MultiEni.Operator;
using MultiEni.Operator.Diagnostics;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Leading;

/// <summary>
/// A queue of names and the workers that reconcile them, with a health check of the same name while
/// it runs.
/// </summary>
internal sealed class ControlLoop(string name, OperatorMetrics metrics, HealthChecks checks, ILoggerFactory loggers, TimeProvider time) : IDisposable
{
    /// <summary>What is to be reconciled.</summary>
    public WorkQueue<string> Queue { get; } = new(name, metrics, time);

    /// <summary>Reconciles until cancelled.</summary>
    public async Task RunAsync(Func<string, CancellationToken, Task<ReconcileResult>> reconcile, int workers, CancellationToken cancellationToken)
    {
        checks.Add(name, Queue);
        try
        {
            var options = new ReconcileLoopOptions { Workers = workers };
            var logger = loggers.CreateLogger<ReconcileLoop<string>>();
            await new ReconcileLoop<string>(name, Queue, reconcile, options, time, logger).RunAsync(cancellationToken);
        }
        finally
        {
            checks.Remove(name);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Queue.Dispose();
}
