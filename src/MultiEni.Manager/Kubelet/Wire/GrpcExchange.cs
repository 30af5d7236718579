using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>One HTTP/2 request as one gRPC call. Nothing that a caller sends gets further than an error status.</summary>
internal static class GrpcExchange
{
    internal static async Task AnswerAsync(HttpContext context, IGrpcService service)
    {
        if (
            context.Request.Method != HttpMethods.Post
            || context.Request.ContentType?.StartsWith(GrpcFrame.ContentType, StringComparison.Ordinal) != true
        )
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var stop = context.RequestAborted;
        context.Response.ContentType = GrpcFrame.ContentType;
        var (status, message) = (GrpcStatus.Ok, "");
        try
        {
            var request = await GrpcFrame.ReadAsync(context.Request.Body, stop);
            if (request is null || await GrpcFrame.ReadAsync(context.Request.Body, stop) is not null)
            {
                throw new GrpcException(GrpcStatus.InvalidArgument, "The request must be one message.");
            }

            await foreach (var answer in service.AnswerAsync(context.Request.Path.Value?.TrimStart('/') ?? "", request, stop))
            {
                await context.Response.Body.WriteAsync(GrpcFrame.Of(answer), stop);
                await context.Response.Body.FlushAsync(stop);
            }
        }
        catch (GrpcException error)
        {
            (status, message) = (error.Status, error.Message);
        }
        catch (ProtoException error)
        {
            (status, message) = (GrpcStatus.InvalidArgument, error.Message);
        }
        catch (Exception error) when (stop.IsCancellationRequested && error is OperationCanceledException or IOException)
        {
            // Nobody is there any more to be told.
            return;
        }

        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message.Length > 0)
        {
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        }
    }
}
