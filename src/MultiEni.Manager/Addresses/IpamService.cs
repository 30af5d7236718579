using MultiEni.Ipam.Protocol;

namespace MultiEni.Manager.Addresses;

/// <summary>Answers each command of the plugin.</summary>
/// <param name="keeper">The address book.</param>
/// <param name="metrics">Counts and times what is asked.</param>
/// <param name="time">Clock.</param>
internal sealed class IpamService(AddressKeeper keeper, AddressMetrics metrics, TimeProvider time)
{
    /// <summary>Answers.</summary>
    public async Task<IpamReply> AnswerAsync(IpamRequest request, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var reply = await DispatchAsync(request, cancellationToken);
        metrics.Answered(request.Command, reply.Error?.Code, time.GetElapsedTime(begun));
        return reply;
    }

    private async Task<IpamReply> DispatchAsync(IpamRequest request, CancellationToken cancellationToken)
    {
        var isOfInterface = request.Command is IpamCommands.Add or IpamCommands.Del or IpamCommands.Check;
        if (isOfInterface && (string.IsNullOrEmpty(request.ContainerId) || string.IsNullOrEmpty(request.Interface)))
        {
            return Failed(IpamErrorCodes.InvalidEnvironment, $"{request.Command} without CNI_CONTAINERID or CNI_IFNAME");
        }

        switch (request.Command)
        {
            case IpamCommands.Add:
                return await keeper.AddAsync(request, cancellationToken);
            case IpamCommands.Del:
                await keeper.DeleteAsync(request);
                return new IpamReply();
            case IpamCommands.Check:
                return keeper.Check(request);
            case IpamCommands.Gc:
                await keeper.CollectAsync(request.Network, request.Valid ?? []);
                return new IpamReply();
            case IpamCommands.Status:
                return new IpamReply();
            default:
                return Failed(
                    IpamErrorCodes.InvalidEnvironment,
                    $"the command '{request.Command}' is unknown; the plugin may be newer than the ENI manager"
                );
        }
    }

    private static IpamReply Failed(int code, string message) =>
        new()
        {
            Error = new() { Code = code, Message = message },
        };
}
