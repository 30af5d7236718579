using System.Runtime.CompilerServices;
using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>
/// The device plugin of one resource, as the kubelet calls it. Safe for concurrent use.
/// </summary>
/// <param name="resource"><c>prefix/name</c>.</param>
/// <param name="grant">
/// Gives devices to one container, or refuses with a <see cref="GrpcException"/>.
/// </param>
/// <param name="watched">Called when the kubelet begins or ends to watch.</param>
internal sealed class ResourcePlugin(string resource, Func<IReadOnlyList<string>, CancellationToken, Task<ContainerGrant>> grant, Action watched)
    : IGrpcService
{
    private readonly Lock _lock = new();
    private IReadOnlyList<AnnouncedDevice> _devices = [];
    private TaskCompletionSource _changed = New();
    private int _watchers;
    private bool _ended;

    /// <summary>The resource.</summary>
    public string Resource => resource;

    /// <summary>
    /// Whether the kubelet watches, and so knows what was announced last or is about to.
    /// </summary>
    public bool IsWatched => Volatile.Read(ref _watchers) > 0;

    /// <summary>
    /// Tells the kubelet of the resource's devices: all of them, at once if it watches.
    /// </summary>
    public void Announce(IReadOnlyList<AnnouncedDevice> devices)
    {
        lock (_lock)
        {
            if (!_devices.SequenceEqual(devices))
            {
                _devices = devices;
                Wake();
            }
        }
    }

    /// <summary>Ends what the kubelet watches.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Wake();
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> AnswerAsync(
        string method,
        ReadOnlyMemory<byte> request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        switch (method)
        {
            case DevicePluginMethods.GetOptions:
                yield return DevicePluginMessages.Options();
                break;
            case DevicePluginMethods.ListAndWatch:
                await foreach (var devices in WatchAsync(cancellationToken))
                {
                    yield return devices;
                }

                break;
            case DevicePluginMethods.GetPreferredAllocation:
                yield return DevicePluginMessages.PreferenceResponse(
                    DevicePluginMessages.ReadPreferences(request.Span).Select(container => Preference.Choose(container, NumaNodeOf))
                );
                break;
            case DevicePluginMethods.Allocate:
                yield return await AllocateAsync(request, cancellationToken);
                break;
            case DevicePluginMethods.PreStartContainer:
                yield return DevicePluginMessages.Empty;
                break;
            default:
                throw new GrpcException(GrpcStatus.Unimplemented, $"There is no method {method}.");
        }
    }

    private async Task<ReadOnlyMemory<byte>> AllocateAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var grants = new List<ContainerGrant>();
        foreach (var devices in DevicePluginMessages.ReadAllocateRequest(request.Span))
        {
            grants.Add(await grant(devices, cancellationToken));
        }

        return DevicePluginMessages.AllocateResponse(grants);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _watchers);
        watched();
        try
        {
            while (Present() is var (devices, changed))
            {
                yield return DevicePluginMessages.Devices(devices);
                await changed.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
            watched();
        }
    }

    private (IReadOnlyList<AnnouncedDevice> Devices, Task Changed)? Present()
    {
        lock (_lock)
        {
            return _ended ? null : (_devices, _changed.Task);
        }
    }

    private int? NumaNodeOf(string id)
    {
        lock (_lock)
        {
            return _devices.FirstOrDefault(device => device.Id == id)?.NumaNode;
        }
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// A plugin with its socket and what is known of its registration. Used by
/// <see cref="PluginRegistry"/> under its turn.
/// </summary>
internal sealed class PluginSocket(ResourcePlugin plugin, string path)
{
    public ResourcePlugin Plugin => plugin;

    public string Path => path;

    /// <summary>The open socket; null when it has yet to be opened.</summary>
    public IAsyncDisposable? Listener { get; set; }

    /// <summary>When the present kubelet took the registration; null when it has not.</summary>
    public long? RegisteredAt { get; set; }

    /// <summary>What went wrong last; null when nothing did.</summary>
    public string? Problem { get; set; }
}
